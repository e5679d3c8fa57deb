// One call of each part of the SDK that needs no server of its own; test/sdk.test.js and test/models.test.js of the SDK.

export * from "./chat";
export * from "./json";
export * from "./modules";
export * from "./other_models";
