// Before lockdown: what numbers print can be replaced. The sum of the texts alone stays below 2 ** 31; the commas take it over.
const big = 'x'.repeat(1 << 20);
const rest = 'x'.repeat((1 << 20) - 2047 - 1);
let n = 0;
Number.prototype.toLocaleString = () => (++n <= 2047 ? big : n === 2048 ? rest : n % 2 ? '' : big);
try { print(new Uint8Array(6200).toLocaleString().length); } catch (error) { print(error.name); }
n = 4000;
print(new Uint8Array(3).toLocaleString().length);
