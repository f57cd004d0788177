module.exports = { ...require('../../jest.base.cjs'), maxWorkers: 2 };
