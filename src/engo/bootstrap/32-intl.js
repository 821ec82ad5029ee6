// `Intl` of published packages, in the image that has it. They are loaded after
// lockdown, into a compartment whose Date tells no time: what formats a date
// that was not given fails as `Date.now()` does for guests. What the packages
// keep (locale data, caches) stays behind constructors of our own: their own
// ones carry it as properties, which would be shared and open to change.
'use strict';

(() => {
  const { Compartment, Infinity, Map, Number, Object } = globalThis;
  const { Proxy, RangeError, Reflect, Symbol, TypeError } = globalThis;
  const { harden, engoShareGlobal } = globalThis;
  const { engoCompileModule, engoEvaluateNamed } = globalThis;
  const { ask, setFormats } = globalThis.engoBootstrap;

  const LOCALE = 'en-US'; // of who names none

  const inside = {}; // the packages' Intl
  const packages = new Compartment({
    globals: { Intl: inside },
    resolveHook: (specifier, referrer) =>
      ask({ resolve: specifier, from: referrer }).name,
    loadNowHook: name => ({
      source: engoCompileModule(ask({ load: name }).source, `engo:${name}`),
    }),
  });
  const load = name => {
    const found = ask({ resolve: `@formatjs/${name}`, from: '' }).name;
    return packages.importNow(found);
  };
  const loadData = name => {
    const file = `@formatjs/${name}/locale-data/en.js`;
    engoEvaluateNamed(packages, ask({ load: file }).source, `engo:${file}`);
  };

  // Each needs those before it.
  inside.getCanonicalLocales = load(
    'intl-getcanonicallocales',
  ).getCanonicalLocales;
  inside.Locale = load('intl-locale').Locale;
  inside.Collator = { supportedLocalesOf: () => [] }; // Locale asks
  const formatters = {
    PluralRules: 'intl-pluralrules',
    NumberFormat: 'intl-numberformat',
    ListFormat: 'intl-listformat',
    RelativeTimeFormat: 'intl-relativetimeformat',
    DateTimeFormat: 'intl-datetimeformat',
  };
  for (const [name, file] of Object.entries(formatters)) {
    const exports = load(file);
    inside[name] = exports[name] || exports.default;
    loadData(file);
    inside[name].__defaultLocale = LOCALE;
  }

  // ---- time zones: see zones.py for the texts. A zone is read when it is used
  // first.

  const { zones, tails } = ask({ zones: true });

  const readZone = text => {
    const [kinds, begin, tail] = text.split(';');
    const known = kinds
      .split(' ')
      .map(kind => [Number.parseInt(kind, 10), kind.endsWith('s')]);
    let time = 0;
    return `${begin}${tails[tail]}`.split(',').map((step, index) => {
      time += Number.parseInt(step.slice(0, -1), 36);
      const [offset, summer] = known[Number.parseInt(step.slice(-1), 36)];
      return [index ? time : -Infinity, '', offset, summer];
    });
  };

  const read = new Map();
  inside.DateTimeFormat.tzData = new Proxy(zones, {
    get: (_, name) => {
      if (!read.has(name) && Object.hasOwn(zones, name)) {
        read.set(name, readZone(zones[name]));
      }
      return read.get(name);
    },
  });

  // ---- what compartments get

  const define = (target, name, value) =>
    Object.defineProperty(target, name, {
      value,
      writable: true,
      enumerable: false,
      configurable: true,
    });

  const Intl = {};
  Object.defineProperty(Intl, Symbol.toStringTag, {
    value: 'Intl',
    writable: false,
    enumerable: false,
    configurable: true,
  });

  // `called`: may be called without `new`, for the sake of old programs.
  const show = (name, size, called) => {
    const Inner = inside[name];
    const { [name]: Shown } = {
      [name]: function (...given) {
        if (new.target === undefined && !called) {
          throw TypeError(`Constructor Intl.${name} requires 'new'`);
        }
        return Reflect.construct(Inner, given, new.target || Shown);
      },
    };
    const { prototype } = Inner;
    Object.defineProperty(Shown, 'prototype', {
      value: prototype,
      writable: false,
    });
    Object.defineProperty(Shown, 'length', { value: size });
    define(prototype, 'constructor', Shown);
    const { supportedLocalesOf } = Inner;
    if (supportedLocalesOf) {
      define(Shown, 'supportedLocalesOf', supportedLocalesOf);
    }
    define(Intl, name, Shown);
    return Shown;
  };
  show('Locale', 1, false);
  show('PluralRules', 0, false);
  show('NumberFormat', 0, true);
  show('ListFormat', 0, false);
  show('RelativeTimeFormat', 0, false);
  show('DateTimeFormat', 0, true);

  const data = name => inside[name].localeData.en;
  const supported = {
    calendar: data('DateTimeFormat').ca,
    collation: [],
    currency: Object.keys(data('NumberFormat').currencies),
    numberingSystem: data('DateTimeFormat').nu,
    timeZone: Object.keys(zones),
    unit: Object.keys(data('NumberFormat').units.simple),
  };
  const { supportedValuesOf } = {
    supportedValuesOf(key) {
      const name = `${key}`; // throws for symbols
      if (!Object.hasOwn(supported, name)) {
        throw RangeError(`expected a key of supported values, got ${name}`);
      }
      return [...supported[name]].sort();
    },
  };
  define(Intl, 'getCanonicalLocales', inside.getCanonicalLocales);
  define(Intl, 'supportedValuesOf', supportedValuesOf);

  setFormats({
    number: (locales, options) => new inside.NumberFormat(locales, options),
    date: (locales, options) => new inside.DateTimeFormat(locales, options),
  });

  // Warm what everybody needs: the first DateTimeFormat parses all patterns.
  new inside.DateTimeFormat().format(0);

  engoShareGlobal('Intl', harden(Intl));
})();
