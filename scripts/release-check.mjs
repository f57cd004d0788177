// npm run release:check: whether this checkout can follow the last release. What npm test checks of that, and all journeys
// of the last release, with its own apps, on the schema of this checkout. The last line is "N passed, N failed".
process.env.RELEASE_JOURNEYS = '.';
process.argv.push('--only', '@tests/releases');
await import('./test.mjs');
