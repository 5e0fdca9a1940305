import type { StatisticDeclarations } from '../../shared/parts/statistics.ts';

/**
 * Lines for each of the product's metrics in a scrape that is not declared as it is shown. Empty: all are.
 * @param text a scrape, in Prometheus' text format
 */
export function undeclared(
  text: string,
  declared: readonly { statistics: StatisticDeclarations }[],
): string[] {
  const all: StatisticDeclarations = Object.assign({}, ...declared.map(({ statistics }) => statistics));
  const helps = new Map(
    [...text.matchAll(/^# HELP (harbinger_\w+) (.*)$/gm)].map(([, name, help]) => [name!, help]),
  );
  const types = [...text.matchAll(/^# TYPE (harbinger_\w+) (\w+)$/gm)];
  if (types.length === 0) return ['the scrape shows no metric'];
  const labels = labelsIn(text);
  return types.flatMap(([, name, type]) => {
    const declaration = all[name!];
    const isSound =
      declaration?.type === type &&
      declaration?.help === helps.get(name!) &&
      [...(labels.get(name!) ?? [])].every((label) => declaration?.labels?.includes(label));
    return isSound ? [] : [`${name} (${type}, labels ${[...(labels.get(name!) ?? [])]})`];
  });
}

/** Labels of each metric; those of a histogram's buckets are its own. */
function labelsIn(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, series, inner] of text.matchAll(/^(harbinger_\w+)\{(.*)\} /gm)) {
    const name = series!.replace(/_(bucket|sum|count)$/, '');
    const known = found.get(name) ?? new Set();
    for (const [, label] of inner!.matchAll(/(\w+)="/g)) if (label !== 'le') known.add(label!);
    found.set(name, known);
  }
  return found;
}
