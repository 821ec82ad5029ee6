// What a linker sees of an import without names, of source and of a virtual module.
const show = text => print(JSON.stringify(new ModuleSource(text).bindings));
show("import 'x'");
show("import {} from 'x'; export {} from 'y'; import 'x'");
show("export * from 'x'; import 'x'");
show("import d from 'x'; import * as ns from 'y'; export * as z from 'z'");
const loaded = [];
const sources = {
  leaf: { source: new ModuleSource('export const leaf = 1; export default 2;') },
  virtual: { source: { bindings: [{ importFrom: 'leaf' }, { export: 'own' }], execute(env) { env.own = 3; } } },
  again: { source: { bindings: [...new ModuleSource("import 'virtual'; export const a = 1;").bindings, { exportAllFrom: 'leaf' }], execute(env) { env.a = 4; } } },
  both: { source: { bindings: [{ importFrom: 'leaf', import: 'leaf' }], execute() {} } },
};
const c = new Compartment({ resolveHook: s => s, loadHook: s => { loaded.push(s); return sources[s]; } });
(async () => {
  print(Object.keys(await c.import('virtual')).join(), loaded.join());
  print(Object.keys(await c.import('again')).join(), loaded.join());
  await c.import('both').catch(e => print(e.name));
})();
