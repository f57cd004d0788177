const { setupFiles, ...base } = require('../../jest.base.cjs');
module.exports = { ...base, setupFiles: [] };
