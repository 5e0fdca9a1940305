import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { failureText } from '../../api/api-failure.ts';
import type { State } from '../../state.ts';
import type { Alert, AlertRefusal } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { placeName } from '../alert-model.ts';
import { Failure } from '../layout/empty.tsx';
import { lastPerson, notePerson } from './person.ts';
import { act, asking } from './work.ts';
import { WorkFields } from './work-fields.tsx';
import {
  type Conflict,
  conflictsOf,
  isIncomplete,
  type Question,
  questionsOf,
  type Said,
  subjectText,
} from './work-model.ts';

/** A button for each thing that can be done about alerts. */
export function WorkButtons({ alert, ...rest }: { alert?: Alert; alerts?: readonly Alert[] }): VNode | null {
  const alerts = alert ? [alert] : (rest.alerts ?? []);
  const found = questionsOf(...alerts);
  if (found.length === 0) return null;
  return (
    <span class="alert-buttons">
      {found.map((question) => (
        <button
          key={question.asked}
          type="button"
          class="button alert-work"
          data-deed={question.asked}
          onClick={() => {
            asking.value = { alerts: alerts.filter(({ state }) => state === 'open'), question };
          }}
        >
          {texts().alerts.work[question.asked].button}
        </button>
      ))}
    </span>
  );
}

/** The dialog in which a person says what is needed. There is one on the page, beside the views: these are drawn anew while somebody writes. */
export function WorkDialog({ state }: { state: State }): VNode | null {
  const asked = asking.value;
  if (!asked) return null;
  const key = `${asked.question.asked} ${asked.alerts.map(({ alertId }) => alertId).join(' ')}`;
  return <Dialog key={key} state={state} alerts={asked.alerts} question={asked.question} />;
}

const close = () => {
  asking.value = null;
};

function Dialog(props: { state: State; alerts: readonly Alert[]; question: Question }): VNode {
  const { state, question } = props;
  const element = useRef<HTMLDialogElement>(null);
  const [alerts, setAlerts] = useState(props.alerts);
  const [said, setSaid] = useState<Said>({
    ...{ by: lastPerson(), note: '', to: '', hours: 8, verdict: '', cause: '' },
  });
  const [problem, setProblem] = useState('');
  const [refused, setRefused] = useState<readonly AlertRefusal[]>([]);
  const [isSending, setSending] = useState(false);
  useEffect(() => element.current?.showModal(), []);
  // A conflict shows what others have done as soon as it arrives.
  void state.changed.value;
  const conflicts = conflictsOf(refused, alerts, state.alerts);
  const words = texts().alerts;
  const { title, about } = words.work[question.asked];

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const again = conflicts.filter(({ canRepeat }) => canRepeat).map(({ alert }) => alert);
    const meant = refused.length > 0 ? again : alerts;
    if (isIncomplete(meant, question, said)) return setProblem(words.fillIn);
    setSending(true);
    setProblem('');
    try {
      const left = await act(meant, question, said, state.nowMs());
      notePerson(said.by.trim());
      if (left.length === 0) return close();
      setAlerts(meant);
      setRefused(left);
    } catch (error) {
      setProblem(failureText(error));
    }
    setSending(false);
  }

  const canSend = refused.length === 0 || conflicts.some(({ canRepeat }) => canRepeat);
  return (
    <dialog class="card close-dialog" aria-label={title} ref={element} onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <h2>{title}</h2>
        <p>{subjectText(alerts, state.nowMs())}</p>
        <p class="muted">{about}</p>
        <Conflicts conflicts={conflicts} />
        {refused.length === 0 && (
          <WorkFields
            question={question}
            said={said}
            alerts={alerts}
            onSaid={(change) => setSaid((before) => ({ ...before, ...change }))}
          />
        )}
        <Failure text={problem} />
        <p class="close-buttons">
          {canSend && (
            <button class="button button-main" type="submit" disabled={isSending}>
              {refused.length === 0 ? title : words.doAnyway}
            </button>
          )}
          <button class="button" type="button" onClick={() => element.current?.close()}>
            {refused.length === 0 ? texts().frame.cancel : words.leaveIt}
          </button>
        </p>
      </form>
    </dialog>
  );
}

/** Deeds of somebody who was faster. */
function Conflicts({ conflicts }: { conflicts: readonly Conflict[] }): VNode | null {
  if (conflicts.length === 0) return null;
  return (
    <div class="notice notice-warning conflict" role="alert">
      <b>{texts().alerts.faster}</b>
      <ul>
        {conflicts.map(({ alert, text }) => (
          <li key={alert.alertId}>
            {placeName(alert)}: {text}
          </li>
        ))}
      </ul>
    </div>
  );
}
