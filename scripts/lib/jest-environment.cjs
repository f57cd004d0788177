// Specs run in the realm of their worker, not in one of their own: packages are loaded once for all files of a worker (see
// jest-runtime.cjs), and what they take for a Date or an Error must be what a spec hands them. What a spec changes of the
// realm is put back after each file.
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** Where jest-circus keeps a file's state: it is loaded anew for the next, which must not find the handlers of this one. */
const OF_CIRCUS = /^(JEST_STATE_SYMBOL|EVENT_HANDLERS|TEST_TIMEOUT_SYMBOL|LOG_ERRORS_BEFORE_RETRY|.*RETRY.*)$/;

module.exports = class WorkerEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    this.globals = Object.getOwnPropertyDescriptors(globalThis);
    this.exit = process.exit;
    this.env = { ...process.env };
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    for (const [name, before] of Object.entries(this.globals)) {
      const now = Object.getOwnPropertyDescriptor(globalThis, name);
      if (before.configurable && (now?.value !== before.value || now?.get !== before.get)) {
        Object.defineProperty(globalThis, name, before);
      }
    }
    for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
      if (OF_CIRCUS.test(symbol.description ?? '')) delete globalThis[symbol];
    }
    process.exit = this.exit;
    for (const name of Object.keys(process.env)) if (!(name in this.env)) delete process.env[name];
    Object.assign(process.env, this.env);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return globalThis;
  }
};
