// Hands on what other files export, in each way.

import { Named } from "./named";

export { Based } from "./based";
export * from "./sized";
export { Named };
export { KEY, Keys } from "./named";
