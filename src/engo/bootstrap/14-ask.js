// Questions to the build: modules of npm packages, while the image is made. In
// a running worker nothing is ever loaded this way, so the door is shut at the
// end.
'use strict';

(() => {
  const { JSON, TextEncoder, TextDecoder, Error, engoIssueCommand } =
    globalThis;

  let open = true;

  // See modules.py for the questions and answers.
  const ask = question => {
    if (!open) {
      throw Error('expected no more modules: the image was built without them');
    }
    const bytes = new TextEncoder().encode(JSON.stringify(question));
    const answer = engoIssueCommand(bytes.buffer);
    return JSON.parse(new TextDecoder().decode(new Uint8Array(answer)));
  };

  globalThis.engoBootstrap.ask = ask;
  globalThis.engoBootstrap.shutModules = () => {
    open = false;
  };
})();
