"""WebAssembly modules and memories as bytes: parts of a module, images, deltas.

Pure: no files, no runtime. What runs them is `engo.native.wasm`; what they are for is
`engo.worker`.
"""
