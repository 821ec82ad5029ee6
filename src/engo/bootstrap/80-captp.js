// CapTP over the worker link: one session, which lives in the image already.
// Its name is drawn when it is first needed, from this worker's own seed, so
// that the error ids of different workers never meet.
'use strict';

(() => {
  const { JSON, Math, harden } = globalThis;
  const { engoCapTPSend, engoCollect, engoTrace } = globalThis;
  const { describe, makeFacet } = globalThis.engoBootstrap;
  const { makeCapTP } = globalThis.engoBootstrap.endo;

  const FIRST_ERROR = 20_001; // where @endo/captp begins to number
  const MIN_FRESH = 500; // imports that are worth a collection

  const draw = () =>
    Math.floor(Math.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');

  let begun = false; // not while the image is made, whose seed is nobody's
  let drawn;
  const name = () => {
    if (!begun) return 'Worker';
    drawn ??= `Worker-${draw()}${draw()}`;
    return drawn;
  };

  // The engine's own collections keep what is held weakly, so that guests
  // cannot see them; what CapTP imports is freed by collections that we ask
  // for, when enough came since the last one to pay for it.
  let held = 0; // imports and questions that the peer counts
  let fresh = 0; // of them, those since the last collection

  const hold = () => {
    held += 1;
    fresh += 1;
  };

  const collectSometimes = () => {
    if (fresh < MIN_FRESH || fresh < held / 2) return;
    fresh = 0;
    engoCollect();
  };

  const send = message => {
    if (message.type === 'CTP_CALL') hold();
    else if (message.type === 'CTP_DROP') held -= 1;
    engoCapTPSend(JSON.stringify(message));
  };

  let errors = FIRST_ERROR;
  const session = makeCapTP(
    harden({ toString: name, toJSON: name }),
    send,
    makeFacet(() => session.abort()),
    {
      gcImports: true,
      importHook: hold,
      // Rejections of remote calls come here as well; their users see them.
      onReject: () => {},
      errorName: () => `captp:${name()}`,
      // Called once for each error that goes out, in the order of its ids.
      marshalSaveError: error => {
        engoTrace(`error:captp:${name()}#${errors}`, ...describe(error));
        errors += 1;
      },
    },
  );

  globalThis.engoBootstrap.hooks.engoOnCapTP = text => {
    begun = true;
    session.dispatch(JSON.parse(text));
    collectSometimes();
  };
})();
