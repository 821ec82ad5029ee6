// The size of vectors.
print(Math.hypot(), Math.hypot(-3), Math.hypot(-0), Object.is(Math.hypot(-0, -0, -0), 0), Math.hypot(3, 4), Math.hypot(2, 3, 6));
print(Math.hypot(1e200), Math.hypot(1e200, 0, 0), Math.hypot(3e-200, 4e-200, 0), Math.hypot(1.7976931348623157e308));
print(Math.hypot(Infinity, NaN, 1), Math.hypot(NaN, 1, -Infinity), Math.hypot(NaN, 1, 2), Math.hypot(NaN), Math.hypot(Infinity, NaN));
