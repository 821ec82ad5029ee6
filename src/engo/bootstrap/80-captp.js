// CapTP over the worker link: one session, begun by the first message.
// Beginning late lets its name hold a number drawn from this worker's own
// seed, so that the error ids of different workers never meet.
'use strict';

(() => {
  const { JSON, Math } = globalThis;
  const { engoCapTPSend, engoTrace } = globalThis;
  const { describe, makeFacet } = globalThis.engoBootstrap;
  const { makeCapTP } = globalThis.engoBootstrap.endo;

  const FIRST_ERROR = 20_001; // where @endo/captp begins to number

  const draw = () =>
    Math.floor(Math.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');

  let session;

  const begin = () => {
    const name = `Worker-${draw()}${draw()}`;
    let errors = FIRST_ERROR;
    session = makeCapTP(
      name,
      message => engoCapTPSend(JSON.stringify(message)),
      makeFacet(() => session.abort()),
      {
        gcImports: true,
        // Rejections of remote calls come here as well; their users see them.
        onReject: () => {},
        // Called once for each error that goes out, in the order of its ids.
        marshalSaveError: error => {
          engoTrace(`error:captp:${name}#${errors}`, ...describe(error));
          errors += 1;
        },
      },
    );
  };

  globalThis.engoBootstrap.hooks.engoOnCapTP = text => {
    if (!session) begin();
    session.dispatch(JSON.parse(text));
  };
})();
