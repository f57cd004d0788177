module.exports = {
  ...require('../../jest.base.cjs'),
  globalSetup: '<rootDir>/support/start.mjs',
  globalTeardown: '<rootDir>/support/stop.mjs',
};
