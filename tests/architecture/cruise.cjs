const { forbidden } = require('./rules.cjs');

module.exports = {
  forbidden,
  options: {
    parser: 'swc',
    // Workspace packages resolve to their build; its path says which package it is, and that is all a rule asks.
    doNotFollow: { path: '(node_modules|(^|/)dist/)' },
    exclude: { path: '(\\.d\\.mts$|(^|/)coverage/)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.d.ts', '.d.mts'],
    },
  },
};
