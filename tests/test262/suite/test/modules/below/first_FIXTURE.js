// No test: imported by deep.js.
export { deep } from "./second_FIXTURE.js";
