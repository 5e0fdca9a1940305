/**
 * Words (cloud/console/src/words): all texts of the page, in one place for each language, of which this file chooses one. Sentences that
 * gateways and the cloud send, such as the reasons of an alert, are shown as they come. English says which texts exist: a language that
 * lacks one does not compile.
 */
import { signal } from '@preact/signals';
import { de } from './de/de.ts';
import { en, type Texts } from './en/en.ts';

export type { Texts };

const all = { en, de } satisfies Record<string, Texts>;
export type Language = keyof typeof all;

/** The languages by the names that they have for themselves. */
export const languages: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

export const language = signal<Language>('en');

/** The texts of the language of now. What draws with them is drawn anew when the language changes. */
export const texts = (): Texts => all[language.value];

/** As `Intl` names it. */
export const locale = (): string => (language.value === 'de' ? 'de-DE' : 'en-GB');

/** The first of the reader's languages that the page has. */
export function languageOf(wanted: readonly string[]): Language {
  const found = wanted.map((each) => each.slice(0, 2).toLowerCase()).find((each) => each in languages);
  return (found as Language | undefined) ?? 'en';
}
