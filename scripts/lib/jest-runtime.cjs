// A worker loads packages once, natively, as Node does in production, and the sources of the app once, instead of both
// again for each spec file: that was half of what the tests cost. Specs and what supports them (src/testing, test) are
// loaded for each file, as is all of what lies in tests/. So only a variable at the top of a module could carry something
// from one file to the next.
const { createRequire } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');
const { default: Runtime } = require('jest-runtime');

const sources = new Map();
let current;
const tests = path.resolve(__dirname, '../../tests') + path.sep;

/** Of a path inside the package. */
const isSource = (file) => /^src[/\\]/.test(file) && !/[/\\]testing[/\\]|\.spec\.ts$/.test(file);
const isPackage = (name) => !name.startsWith('.') && !path.isAbsolute(name);

module.exports = class WorkerRuntime extends Runtime {
  constructor(config, environment, ...rest) {
    super(config, environment, ...rest);
    current = this;
    const parameters = this.executor.injectedModuleParameters;
    this.executor.compile = (code, filename) => vm.compileFunction(code, parameters, { filename });
    for (const [file, module] of sources) this.registries.moduleRegistry.set(file, module);
  }

  /** What a source loads late, it loads for the file that runs now, not for the one that loaded the source. */
  requireModuleOrMock(from, name) {
    return this === current ? super.requireModuleOrMock(from, name) : current.requireModuleOrMock(from, name);
  }

  requireModule(from, name, options, actual) {
    if (this._config.setupFiles.includes(from) && name === undefined) return require(from);
    // Jest's own packages keep the state of one file.
    if (name === undefined || !isPackage(name) || options?.isInternalModule)
      return super.requireModule(from, name, options, actual);
    return createRequire(from)(name);
  }

  teardown() {
    const kept = this._config.rootDir.startsWith(tests) ? [] : this.registries.moduleRegistry;
    for (const [file, module] of kept) {
      if (isSource(path.relative(this._config.rootDir, file))) sources.set(file, module);
    }
    super.teardown();
  }
};
