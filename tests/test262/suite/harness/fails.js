// A helper that fails.
throw new TypeError("on purpose");
