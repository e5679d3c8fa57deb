export * from "../../assembly/models/experimental/classification";
