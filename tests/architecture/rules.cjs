/** Who may import whom. Read by boundaries.spec.ts, which runs the same rules over a tree that breaks each of them. */
const FEATURE = '^apps/([^/]+)/src/features/([^/]+)/';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one thing in two places.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that resolves to nothing fails at run time only.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'platform-blind-to-product',
      comment: 'PLATFORM would stop being a platform the day it knew a product.',
      from: { path: '^(apps/platform-service|packages/contracts/(core|platform)|packages/(service-kit|subscriber))/' },
      to: { path: '^(packages/contracts/digilist|packages/client|apps/(digilist-service|gateway))/' },
    },
    {
      name: 'platform-known-in-one-folder',
      comment: 'What DIGILIST knows of PLATFORM stands in src/platform and nowhere else.',
      from: { path: '^apps/digilist-service/src/', pathNot: '^apps/digilist-service/src/platform/' },
      to: { path: '^packages/contracts/platform/' },
    },
    {
      name: 'app-never-to-app',
      comment: 'Apps are deployed alone; they meet over NATS.',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'kit-knows-no-feature',
      comment: 'The kit serves every service, so it can know none.',
      from: { path: '^packages/service-kit/' },
      to: { path: '^(apps/|packages/contracts/(platform|digilist)/|packages/client/)' },
    },
    {
      name: 'contracts-hold-no-infrastructure',
      comment: 'A contract is read by clients too.',
      from: { path: '^packages/contracts/' },
      to: { path: '(node_modules/(@nestjs|typeorm|pg|@nats-io)/|^packages/(service-kit|testing)/|^apps/)' },
    },
    {
      name: 'gateway-has-no-database',
      comment: 'The edge holds no data and no domain.',
      from: { path: '^apps/gateway/' },
      to: { path: 'node_modules/(typeorm|pg)/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'Decisions are functions of values: no framework, no database, no file, no clock.',
      from: { path: '/domain/[^/]+\\.ts$', pathNot: '\\.spec\\.ts$' },
      to: {
        path: '(node_modules/(@nestjs|typeorm|pg|@nats-io|nodemailer|rxjs)/|^packages/service-kit/|\\.(service|queries|controller|consumer|module|entity|mapper|sql)\\.ts$)',
      },
    },
    {
      name: 'domain-needs-no-machine',
      comment:
        'No node built-in inside a domain; hashing and checksums are the exception, they are functions of values.',
      from: { path: '/domain/[^/]+\\.ts$', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|zlib)$' },
    },
    {
      name: 'feature-front-door',
      comment: 'Another feature, or a part of one, is entered through its index.ts.',
      from: { path: FEATURE },
      to: {
        path: '^apps/$1/src/features/([^/]+)/',
        pathNot: [
          '^apps/$1/src/features/$2/',
          '^apps/$1/src/features/[^/]+/index\\.ts$',
          '^apps/$1/src/features/[^/]+/[^/]+/index\\.ts$',
        ],
      },
    },
    {
      name: 'controller-is-thin',
      comment: 'A controller hands over to a service or to queries; it touches no row.',
      from: { path: '\\.controller\\.ts$' },
      to: { path: '(\\.(entity|sql|mapper)\\.ts$|/domain/|node_modules/(typeorm|pg)/)' },
    },
    {
      name: 'entity-stays-home',
      comment: 'An entity never leaves its feature; the mapper is the only way out.',
      from: { path: FEATURE, pathNot: '\\.spec\\.ts$' },
      to: { path: '\\.entity\\.ts$', pathNot: '^apps/$1/src/features/$2/' },
    },
    {
      name: 'not-to-spec',
      comment: 'A spec is read by nobody but the test runner.',
      from: {},
      to: { path: '\\.spec\\.ts$' },
    },
    {
      name: 'not-to-test-worlds',
      comment: 'What runs in production does not bring a test database along.',
      from: { path: '^(apps|packages)/', pathNot: '(\\.spec\\.ts$|/test(ing)?/|^packages/(testing|local-servers)/)' },
      to: { path: '^packages/(testing|local-servers)/' },
    },
  ],
};
