// Specs here wait for events more than they compute: three at once keep two cores busy.
module.exports = { ...require('../../jest.base.cjs'), maxWorkers: 3 };
