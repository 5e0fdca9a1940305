import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../../api/api.ts';
import { failureText } from '../../api/api-failure.ts';
import { beat } from '../../beat.ts';
import { DecisionList } from '../../parts/decision-list.tsx';
import { Empty, Failure } from '../../parts/layout/empty.tsx';
import type { StoredDecision } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { DecisionPages, type PageRequest } from './decisions-model.ts';

/** Decisions, the newest first. New ones appear by themselves while only the first page is shown and none is opened. */
export function DecisionsView({ subject }: { subject: string | undefined }): VNode {
  const [pages] = useState(() => new DecisionPages(subject));
  const [shown, setShown] = useState<{ items: readonly StoredDecision[]; hasOlder: boolean } | null>(null);
  const [problem, setProblem] = useState('');
  const content = useRef<HTMLDivElement>(null);

  async function load(kind: PageRequest['kind']): Promise<void> {
    const request = pages.request(kind, performance.now());
    try {
      const effect = pages.take(request, await api.decisions(request.query));
      if (effect === 'changed') setShown({ items: pages.items, hasOlder: pages.hasOlder });
      if (effect !== 'outdated') setProblem('');
    } catch (error) {
      if (pages.fail(request)) setProblem(failureText(error));
    }
  }

  void beat.value;
  useEffect(() => {
    const isReading = content.current?.querySelector('details[open]') != null || document.hidden;
    if (pages.isRefreshDue(performance.now(), isReading)) void load('first');
  });

  const words = texts().decisions;
  return (
    <div class="view">
      <h1>{subject === undefined ? words.title : words.titleOn(subject)}</h1>
      <p class="muted lead">{words.lead}</p>
      {subject !== undefined && (
        <p>
          <a href="#/decisions">{words.all}</a>
        </p>
      )}
      <div class="stack" ref={content}>
        {shown && <Decisions items={shown.items} withSubject={subject === undefined} />}
        {!shown && problem === '' && <p class="muted">{texts().frame.loading}</p>}
      </div>
      <Failure text={problem} />
      {shown?.hasOlder && (
        <button type="button" class="button" onClick={() => void load('older')}>
          {words.older}
        </button>
      )}
    </div>
  );
}

/** The decisions, or why there are none yet. */
export function Decisions(props: { items: readonly StoredDecision[]; withSubject: boolean }): VNode {
  const words = texts().decisions;
  if (props.items.length > 0) return <DecisionList decisions={props.items} withSubject={props.withSubject} />;
  return (
    <Empty title={words.none}>
      <p>{words.noneHelp}</p>
    </Empty>
  );
}
