/** Data that a view fetches: again when its key changes, some seconds after a failure, and at intervals if it is asked for. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { failureText } from './api/api-failure.ts';
import { beat } from './beat.ts';
import { refresher } from './refresher.ts';

export interface Loaded<T> {
  /** Data of the latest fetch that succeeded; null before. It stays while a later fetch fails. */
  data: T | null;
  /** The failure of the latest fetch; null if it succeeded. */
  error: unknown;
  /** A sentence that says it; empty if there is none. */
  problem: string;
  reload(): void;
}

export function useLoaded<T>(load: () => Promise<T>, key: unknown, everyMs = 0): Loaded<T> {
  const [loaded, setLoaded] = useState<{ data: T | null; error: unknown }>({ data: null, error: null });
  const [round, setRound] = useState(0);
  const current = useRef(load);
  current.current = load;
  const isGone = useRef(false);
  const [refresh] = useState(() =>
    refresher(async () => {
      try {
        const data = await current.current();
        if (!isGone.current) setLoaded({ data, error: null });
      } catch (error) {
        if (!isGone.current) setLoaded((before) => ({ data: before.data, error }));
        throw error;
      }
    }),
  );
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);
  const turn = everyMs === 0 ? 0 : Math.floor((beat.value * 1_000) / everyMs);
  const wanted = JSON.stringify([key, round, turn]);
  // A failed fetch is tried again with a later beat.
  void beat.value;
  useEffect(() => {
    // A page that nobody sees fetches nothing after its first data.
    if (!document.hidden || loaded.data === null) refresh(wanted);
  });
  return {
    ...loaded,
    problem: loaded.error === null ? '' : failureText(loaded.error),
    reload: () => setRound((before) => before + 1),
  };
}
