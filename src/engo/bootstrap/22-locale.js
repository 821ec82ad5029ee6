// The methods of language objects that Intl is for (`toLocaleString` and its
// like), as they stand on intrinsics before lockdown freezes those. What they
// do comes with 32-intl.js, after lockdown.
'use strict';

(() => {
  const { BigInt, Date, Number, Object, Reflect, TypeError } = globalThis;
  const { valueOf: numberOf } = Number.prototype;
  const { valueOf: bigintOf } = BigInt.prototype;
  const { getTime } = Date.prototype;

  let formats; // { number(locales, options), date(locales, options) }

  const define = (target, methods) => {
    for (const [name, value] of Object.entries(methods)) {
      Object.defineProperty(target, name, {
        value,
        writable: true,
        enumerable: false,
        configurable: true,
      });
    }
  };

  // What toLocaleString and the two others add to options that name no field.
  const DATE = ['year', 'month', 'day'];
  const TIME = ['hour', 'minute', 'second'];
  const MORE_DATE = ['weekday'];
  const MORE_TIME = ['dayPeriod', 'fractionalSecondDigits'];

  const completed = (given, required, defaults) => {
    if (given === null) throw TypeError('expected options, got null');
    const options = Object.create(given === undefined ? null : Object(given));
    const { dateStyle, timeStyle } = options;
    if (dateStyle !== undefined || timeStyle !== undefined) {
      const other = required === 'date' ? timeStyle : dateStyle;
      if (required !== 'any' && other !== undefined) {
        throw TypeError(
          required === 'date'
            ? 'expected a style of dates, got timeStyle'
            : 'expected a style of times, got dateStyle',
        );
      }
      return options;
    }
    const looked = [
      ...(required === 'time' ? [] : [...MORE_DATE, ...DATE]),
      ...(required === 'date' ? [] : [...TIME, ...MORE_TIME]),
    ];
    if (looked.some(name => options[name] !== undefined)) return options;
    const added = { date: DATE, time: TIME, all: [...DATE, ...TIME] };
    for (const name of added[defaults]) options[name] = 'numeric';
    return options;
  };

  // Formatters of dates are dear; those of nobody's wishes are made once.
  const plain = {};
  const dateFormat = (locales, options, required, defaults) => {
    if (locales !== undefined || options !== undefined) {
      return formats.date(locales, completed(options, required, defaults));
    }
    plain[required] ??= formats.date(undefined, completed({}, required, defaults));
    return plain[required];
  };

  const dateString = (date, locales, options, required, defaults) => {
    const time = Reflect.apply(getTime, date, []);
    if (time !== time) return 'Invalid Date';
    return dateFormat(locales, options, required, defaults).format(time);
  };

  define(Number.prototype, {
    toLocaleString(locales = undefined, options = undefined) {
      const number = Reflect.apply(numberOf, this, []);
      return formats.number(locales, options).format(number);
    },
  });
  define(BigInt.prototype, {
    toLocaleString(locales = undefined, options = undefined) {
      const number = Reflect.apply(bigintOf, this, []);
      return formats.number(locales, options).format(number);
    },
  });
  define(Date.prototype, {
    toLocaleString(locales = undefined, options = undefined) {
      return dateString(this, locales, options, 'any', 'all');
    },
    toLocaleDateString(locales = undefined, options = undefined) {
      return dateString(this, locales, options, 'date', 'date');
    },
    toLocaleTimeString(locales = undefined, options = undefined) {
      return dateString(this, locales, options, 'time', 'time');
    },
  });

  const setFormats = given => {
    formats = given;
  };
  globalThis.engoBootstrap.setFormats = setFormats;
})();
