// The runtime is native ESM; under Jest the sources of a package are compiled to CommonJS by swc, because on Node < 24.9
// Jest cannot require() an ES module. Packages are loaded by Node itself, which can (scripts/lib/jest-runtime.cjs).
const fs = require('node:fs');
const path = require('node:path');
const swc = JSON.parse(fs.readFileSync(path.join(__dirname, '.swcrc'), 'utf8'));
delete swc.$schema;
// Packages without decorators do not have it.
function reflectMetadata() {
  try {
    return [require.resolve('reflect-metadata', { paths: [process.cwd()] })];
  } catch {
    return [];
  }
}
module.exports = {
  testEnvironment: path.join(__dirname, 'scripts/lib/jest-environment.cjs'),
  runtime: path.join(__dirname, 'scripts/lib/jest-runtime.cjs'),
  rootDir: process.cwd(),
  testMatch: ['<rootDir>/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.local/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false, sourceMaps: 'inline', module: { type: 'commonjs' } }],
    '^.+\\.m?js$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: false,
        module: { type: 'commonjs' },
        jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } },
      },
    ],
  },
  setupFiles: reflectMetadata(),
  // Jest would run one at a time on two cores, and specs wait for events as much as they compute.
  maxWorkers: 2,
  // npm run laws tries ten thousand cases of each law, which takes as long as it takes.
  testTimeout: process.env.LAW_CASES ? 7_200_000 : 60_000,
  workerIdleMemoryLimit: '512MB',
};
