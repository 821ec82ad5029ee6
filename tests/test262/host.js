// The host of a test262 test, in a machine of its own. Two places to run in: the
// start compartment before lockdown, which is as mutable as test262 expects, and
// a compartment of a guest after lockdown. Which one it is shows in what there is.
//
// A test may break everything it can reach, so what is used while one runs was
// taken before. What an answer means is decided by machine.py, not here.
'use strict';

(() => {
  const { Compartment, ModuleSource, TextEncoder, TextDecoder } = globalThis;
  const { Uint8Array, ArrayBuffer, TypeError, String } = globalThis;
  const { apply, defineProperty } = globalThis.Reflect;
  const { parse } = globalThis.JSON;
  const { transfer } = ArrayBuffer.prototype;
  const { evaluate, import: importModule } = Compartment.prototype;
  const { startsWith, endsWith, lastIndexOf, slice } = String.prototype;
  const { engoEvaluateNamed, engoConsole, engoCollect } = globalThis;
  const startEval = globalThis.eval;
  const startGlobal = globalThis;

  const plain = engoEvaluateNamed !== undefined;
  const command = plain ? globalThis.engoIssueCommand : globalThis.issueCommand;
  const { log } = plain ? {} : globalThis.console;
  const say = plain ? text => engoConsole(2, '', text) : text => log(text);

  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const { encode } = TextEncoder.prototype;
  const { decode } = TextDecoder.prototype;
  const textOf = bytes => apply(decode, decoder, [new Uint8Array(bytes)]);
  const read = path => {
    const { buffer } = apply(encode, encoder, [path]);
    return textOf(command(buffer));
  };

  let main = ''; // the path of the test

  // What `specifier` is called when `referrer` imports it.
  const resolve = (specifier, referrer) => {
    if (!apply(startsWith, specifier, ['./'])) return specifier;
    const end = apply(lastIndexOf, referrer, ['/']) + 1;
    return apply(slice, referrer, [0, end]) + apply(slice, specifier, [2]);
  };

  // What a script imports is not resolved by the engine, so it is called what the
  // script calls it, and what that imports begins with ./ as well.
  const load = async name => {
    const text = read(resolve(name, main));
    if (!apply(endsWith, name, ['.json'])) {
      return { source: new ModuleSource(text) };
    }
    const value = parse(text);
    return {
      source: {
        bindings: [{ export: 'default' }],
        execute: environment => {
          environment.default = value;
        },
      },
    };
  };

  const define = (global, name, value) =>
    defineProperty(global, name, {
      value,
      writable: true,
      enumerable: false,
      configurable: true,
    });

  const noAgent = () => {
    throw new TypeError('expected one agent: a machine has no threads');
  };

  // What a test is given; `script` runs a whole program in its realm.
  const furnish = (global, script) => {
    define(global, 'print', text => say(String(text)));
    define(global, '$262', {
      global,
      evalScript: source => script(String(source), true),
      detachArrayBuffer: buffer => {
        apply(transfer, buffer, []);
        return null;
      },
      gc: plain ? () => engoCollect() : () => {},
      createRealm: () => {
        throw new TypeError('expected one realm: a machine has no second');
      },
      agent: { start: noAgent, broadcast: noAgent, getReport: () => null },
    });
    return script;
  };

  const inStart = (source, strict) =>
    strict
      ? engoEvaluateNamed(undefined, source, main)
      : apply(startEval, undefined, [source]);

  const compartment = new Compartment({ resolveHook: resolve, loadHook: load });
  const innerGlobal = compartment.globalThis;
  const innerEval = innerGlobal.eval;
  const inCompartment = (source, strict) =>
    strict
      ? apply(evaluate, compartment, [source])
      : apply(innerEval, undefined, [source]);

  furnish(innerGlobal, inCompartment);
  if (plain) furnish(startGlobal, inStart);

  // '' for an end without an error, else its constructor's name and its text.
  const told = thrown => {
    let name = '';
    let text = 'an error that cannot be told';
    try {
      const { constructor } = thrown;
      name = String(constructor.name);
    } catch {
      name = `no constructor: ${typeof thrown}`;
    }
    try {
      text = String(thrown);
    } catch {
      // it stays untold
    }
    return `${name}\n${text}`;
  };

  // The suite's own helpers run as strict programs, so that what they declare
  // with const and class is there for what comes after them.
  const runScript = order => {
    const script = plain && !order.imports ? inStart : inCompartment;
    const { includes } = order;
    for (let i = 0; i < includes.length; i += 1) script(includes[i], true);
    try {
      script(order.source, order.kind === 'strict');
    } catch (thrown) {
      return told(thrown);
    }
    return '';
  };

  const runModule = async order => {
    const { includes, path } = order;
    for (let i = 0; i < includes.length; i += 1) inCompartment(includes[i], true);
    try {
      await apply(importModule, compartment, [path]);
    } catch (thrown) {
      return told(thrown);
    }
    return '';
  };

  // An order to prepare loads what all tests find; any other runs a test.
  const handle = bytes => {
    const order = parse(textOf(bytes));
    main = order.path;
    if (order.kind === 'prepare') {
      for (const source of order.includes) {
        inCompartment(source, true);
        if (plain) inStart(source, true);
      }
      return '';
    }
    return order.kind === 'module' ? runModule(order) : runScript(order);
  };

  define(startGlobal, plain ? 'engoOnDeliver' : 'handleCommand', handle);
})();
