// The runtime is native ESM; under Jest everything is compiled to CommonJS by swc, because on Node < 24.9 Jest
// cannot require() an ES module (throttler -> @nestjs/common, light-my-request -> cookie, ...).
const fs = require('node:fs');
const path = require('node:path');
const swc = JSON.parse(fs.readFileSync(path.join(__dirname, '.swcrc'), 'utf8'));
delete swc.$schema;
// Add a name here when Jest says "Must use import to load ES Module".
const ESM_PACKAGES = [
  '@nestjs',
  'cookie',
  'content-disposition',
  'file-type',
  'uuid',
  'temporal-polyfill',
  'temporal-utils',
  'jose',
  'oauth4webapi',
  'openid-client',
  'oidc-provider',
  // of otplib
  '@scure/base',
  '@noble/hashes',
];
// Packages without decorators do not have it.
function reflectMetadata() {
  try {
    return [require.resolve('reflect-metadata', { paths: [process.cwd()] })];
  } catch {
    return [];
  }
}
module.exports = {
  testEnvironment: 'node',
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
  transformIgnorePatterns: [`node_modules/(?!\\.pnpm/)(?!(${ESM_PACKAGES.join('|')})/)`],
  setupFiles: reflectMetadata(),
  // npm run laws tries ten thousand cases of each law, which takes as long as it takes.
  testTimeout: process.env.LAW_CASES ? 7_200_000 : 60_000,
  workerIdleMemoryLimit: '512MB',
};
