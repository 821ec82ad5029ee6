// No test: imported by dynamic.js.
export default "plain";
