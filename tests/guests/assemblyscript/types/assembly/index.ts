// Every type that can cross between the host and an AssemblyScript app, both ways, in a file for each kind.

export * from "./scalars";
export * from "./bytes";
export * from "./lists";
export * from "./maps";
export * from "./tables";
export * from "./classes";
export * from "./dates";
export * from "./functions";
export * from "./host_scalars";
export * from "./host_bytes";
export * from "./host_lists";
export * from "./host_maps";
export * from "./host_tables";
export * from "./host_classes";
