// No test: imported by its neighbours.
import * as back from "./imports.js";
export const name = "fixture";
export const self = () => back;
