// Takes error stacks away from confined code and keeps them for the host. Runs
// first, before lockdown freezes Error.prototype. Nothing in here may reach a
// compartment. The trick: XS keeps the frames inside the error and shows them
// by one accessor, so whoever holds that accessor is the only one who can
// look.
//
// Everything about an error may be chosen by a guest (getters, proxies), so
// each look is guarded and the answers are plain strings and numbers.
'use strict';

(() => {
  const { Object, Reflect, WeakMap, Error, String, Number } = globalThis;
  const { apply } = Reflect;
  const getStack = Object.getOwnPropertyDescriptor(
    Error.prototype,
    'stack',
  ).get;
  delete Error.prototype.stack;

  // What the bootstrap's own source files are called; see build.py.
  const OWN = 'engo:';

  // error -> { file, line } of a SyntaxError, whose place is in no frame.
  const places = new WeakMap();

  const isObject = value =>
    (typeof value === 'object' && value !== null) ||
    typeof value === 'function';

  // The engine's own text, header and frames; undefined when it is no error.
  const rawStack = value => {
    if (!isObject(value)) return undefined;
    try {
      return apply(getStack, value, []);
    } catch {
      return ''; // an error whose name or message throws
    }
  };

  const isError = value => rawStack(value) !== undefined;

  const textOf = (error, property, otherwise) => {
    try {
      const text = error[property];
      return text === undefined || isObject(text) ? otherwise : String(text);
    } catch {
      return otherwise;
    }
  };

  // ' at name (file:line)' -> { file, line }, with file '' for host functions.
  const placeOf = frame => {
    const start = frame.indexOf(' (') + 2;
    const colon = frame.lastIndexOf(':');
    if (colon < start) return { file: '', line: 0 };
    return {
      file: frame.slice(start, colon),
      line: Number(frame.slice(colon + 1, -1)) || 0,
    };
  };

  const framesOf = (error, name, message) => {
    const raw = rawStack(error);
    const header = message ? `${name}: ${message}` : name;
    const start = raw.startsWith(header) ? header.length : raw.indexOf('\n at');
    return start < 0 ? [] : raw.slice(start).split('\n').slice(1);
  };

  // The frames of the guest: what called it at the bottom is ours and of no
  // use.
  const guestFrames = frames => {
    let end = frames.length;
    for (; end > 0; end -= 1) {
      const { file } = placeOf(frames[end - 1]);
      if (file && !file.startsWith(OWN)) return frames.slice(0, end);
    }
    return frames;
  };

  // An error as the host reports it: [name, message, stack, file, line].
  const describe = error => {
    const name = textOf(error, 'name', 'Error');
    const message = textOf(error, 'message', '');
    const place = places.get(error);
    const frames = guestFrames(framesOf(error, name, message));
    if (place) {
      const hasGuest = frames.some(frame => {
        const { file } = placeOf(frame);
        return file && !file.startsWith(OWN);
      });
      const stack = hasGuest ? frames.join('\n') : '';
      return [name, message, stack, place.file, place.line];
    }
    for (const frame of frames) {
      const { file, line } = placeOf(frame);
      if (file && !file.startsWith(OWN)) {
        return [name, message, frames.join('\n'), file, line];
      }
    }
    return [name, message, frames.join('\n'), '', 0];
  };

  globalThis.engoBootstrap = { isObject, isError, describe, places };
})();
