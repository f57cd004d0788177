// A Jest reporter that appends the totals of a run to the file npm test sums up. A suite that did not even load counts as
// one failure: its tests are not in the totals.
const { appendFileSync } = require('node:fs');

module.exports = class Totals {
  constructor(_globalConfig, options) {
    this.file = options?.file ?? process.env.TEST_TOTALS_FILE;
  }
  onRunComplete(_contexts, results) {
    if (!this.file) return;
    const failedToLoad = results.testResults
      .filter((suite) => suite.testExecError && suite.numFailingTests === 0)
      .map((suite) => suite.testFilePath);
    const failed = results.testResults.flatMap((suite) =>
      suite.testResults
        .filter((test) => test.status === 'failed')
        .map((test) => `${suite.testFilePath}: ${test.fullName}`),
    );
    appendFileSync(
      this.file,
      `${JSON.stringify({
        cwd: process.cwd(),
        passed: results.numPassedTests,
        failed: results.numFailedTests + failedToLoad.length,
        skipped: results.numPendingTests + results.numTodoTests,
        seconds: (Date.now() - results.startTime) / 1000,
        failures: [...failed, ...failedToLoad.map((file) => `${file}: the suite could not be loaded`)],
      })}\n`,
    );
  }
};
