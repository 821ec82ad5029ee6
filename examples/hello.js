// A module without imports for `engo run`: it sees its arguments and the powers
// it was handed, and nothing else.
export const main = async (powers, ...args) => {
  console.log('hello from a confined worker');
  return `${args.join(' ') || 'nobody'} may see ${
    Object.keys(globalThis).length
  } globals, and no clock`;
};
