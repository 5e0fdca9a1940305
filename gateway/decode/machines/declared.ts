import { compileGlob } from './glob.ts';

/** A rule that people have made while the gateway runs; `type` is null for machines that are to be ignored. */
export interface Declared {
  match: string;
  type: string | null;
}

/** Tests names `site/machine`: + stands for a whole level, * for any characters. */
export function machineMatcher(match: string): (key: string) => boolean {
  return compileGlob(match.replace(/(^|\/)\+(?=\/|$)/g, '$1*'));
}

export const isPattern = (match: string) => /[+*]/.test(match);

/** Rules that people have made while the gateway runs. Names go before patterns, and earlier patterns before later ones. */
export class DeclaredMachines {
  private names = new Map<string, Declared>();
  private patterns: { matches: (key: string) => boolean; rule: Declared }[] = [];

  set(rules: readonly Declared[]): void {
    this.names = new Map(
      rules.filter(({ match }) => !isPattern(match)).map((rule) => [rule.match, rule] as const),
    );
    this.patterns = rules
      .filter(({ match }) => isPattern(match))
      .map((rule) => ({ matches: machineMatcher(rule.match), rule }));
  }

  ruleOf(key: string): Declared | null {
    return this.names.get(key) ?? this.patterns.find(({ matches }) => matches(key))?.rule ?? null;
  }
}
