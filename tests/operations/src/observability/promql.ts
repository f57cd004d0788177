import { parser } from '@prometheus-io/lezer-promql';

/** A metric that an expression reads, with the labels it selects by. */
export interface Selector {
  metric: string;
  labels: { name: string; value: string }[];
}

export interface Expression {
  selectors: Selector[];
  /** Labels of `by (…)`, `on (…)` and the like. */
  grouping: string[];
}

/** Grafana puts its own interval in before Prometheus reads the expression. */
const GRAFANA_INTERVAL = '$__rate_interval';

/** Reads PromQL by Prometheus' own grammar. @throws when it is none */
export function parsePromQl(source: string): Expression {
  const text = source.replaceAll(GRAFANA_INTERVAL, '5m');
  const expression: Expression = { selectors: [], grouping: [] };
  let grouping = false;
  parser.parse(text).iterate({
    enter: ({ name, type, from, to }) => {
      const words = text.slice(from, to);
      if (type.isError) throw new Error(`no PromQL from "${text.slice(from)}" on: ${text}`);
      if (name === 'GroupingLabels') grouping = true;
      else if (name === 'LabelMatchers') grouping = false;
      else if (name === 'VectorSelector') expression.selectors.push({ metric: '', labels: [] });
      else if (name === 'Identifier') (expression.selectors.at(-1) as Selector).metric = words;
      else if (name === 'LabelName' && grouping) expression.grouping.push(words);
      else if (name === 'LabelName') expression.selectors.at(-1)?.labels.push({ name: words, value: '' });
      else if (name === 'StringLiteral') {
        const label = expression.selectors.at(-1)?.labels.at(-1);
        if (label) label.value = words.slice(1, -1);
      }
    },
    leave: ({ name }) => {
      if (name === 'GroupingLabels') grouping = false;
    },
  });
  return expression;
}
