/** Lists of which the API gives a page at a time: the first page, and older ones when somebody asks for them. */
import { useState } from 'preact/hooks';
import { failureText } from './api/api-failure.ts';
import { type Loaded, useLoaded } from './loaded.ts';

interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Pages<T> {
  loaded: Pick<Loaded<T[]>, 'data' | 'error' | 'problem'>;
  hasMore: boolean;
  more(): void;
  /** Fetches the first page anew. */
  reload(): void;
}

export function useMore<T>(fetchPage: (before: string | undefined) => Promise<Page<T>>): Pages<T> {
  const [older, setOlder] = useState<{ items: T[]; next: string | null; problem: string } | null>(null);
  const first = useLoaded(() => fetchPage(undefined), 'first');
  const next = older ? older.next : (first.data?.next ?? null);
  const more = async () => {
    try {
      const page = await fetchPage(next ?? undefined);
      setOlder((before) => ({
        items: [...(before?.items ?? []), ...page.items],
        next: page.next,
        problem: '',
      }));
    } catch (error) {
      setOlder((before) => ({ items: before?.items ?? [], next, problem: failureText(error) }));
    }
  };
  const problem = first.problem || (older?.problem ?? '');
  const data = first.data && [...first.data.items, ...(older?.items ?? [])];
  return {
    loaded: { data, error: first.error, problem },
    hasMore: first.data !== null && next !== null,
    more: () => void more(),
    reload: () => {
      setOlder(null);
      first.reload();
    },
  };
}
