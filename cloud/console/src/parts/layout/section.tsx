/**
 * Layout (cloud/console/src/parts/layout): how views arrange what they have: sections with data of their own, tables, long lists, and what
 * stands where there is nothing. It knows nothing of machines or alerts.
 */
import type { ComponentChildren, VNode } from 'preact';
import type { Loaded } from '../../loaded.ts';
import { texts } from '../../words/words.ts';
import { Failure } from './empty.tsx';

interface Props<T> {
  title: string;
  about?: string;
  loaded: Pick<Loaded<T>, 'data' | 'error' | 'problem'>;
  /** Stands beside the title. */
  action?: ComponentChildren;
  children(data: T): ComponentChildren;
}

/** A part of a view with data of its own: it loads, it has failed, it is old because a later fetch failed, or it is there. */
export function Section<T>({ title, about, loaded, action, children }: Props<T>): VNode {
  const { data, problem } = loaded;
  return (
    <section class="section">
      <div class="section-head">
        <h2>{title}</h2>
        {data !== null && action}
      </div>
      {about !== undefined && <p class="muted lead">{about}</p>}
      <Failure text={problem === '' ? '' : data === null ? problem : texts().frame.old(problem)} />
      {data === null && problem === '' && <p class="muted">{texts().frame.loading}</p>}
      {data !== null && children(data)}
    </section>
  );
}

/** The action of a section that asks for something new. */
export function AddButton({ label, onClick }: { label: string; onClick: () => void }): VNode {
  return (
    <button type="button" class="button" onClick={onClick}>
      {label}…
    </button>
  );
}

/** Nothing to show yet, in a line, and what to do. */
export function Nothing({ text, help }: { text: string; help?: ComponentChildren }): VNode {
  return (
    <div class="nothing">
      <b>{text}</b>
      {help !== undefined && <p class="muted">{help}</p>}
    </div>
  );
}
