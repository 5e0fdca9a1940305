import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { failureText } from '../api/api-failure.ts';
import { texts } from '../words/words.ts';
import { Failure } from './layout/empty.tsx';
import { lastPerson, notePerson } from './work/person.ts';

export interface AskedField {
  name: string;
  label: string;
  value?: string;
  isRequired: boolean;
  /** Absent: it is free. */
  choices?: readonly { value: string; label: string }[];
}

export interface Question {
  title: string;
  about: string;
  /** On the button. */
  verb: string;
  fields: readonly AskedField[];
  /** Returns what is then shown in place of the fields; nothing: the dialog closes. */
  send(said: Readonly<Record<string, string>>): Promise<string | undefined>;
}

/** The question that is being asked; null if none is. */
export const question = signal<Question | null>(null);

/** The name of the person, filled in with that of before. */
export const whoField = (): AskedField => ({
  name: 'who',
  label: texts().alerts.yourName,
  value: lastPerson(),
  isRequired: true,
});

export const whyField = (): AskedField => ({ name: 'why', label: texts().alerts.why, isRequired: true });

/** Asks before something is changed. There is one on the page. */
export function AskDialog(): VNode | null {
  const asked = question.value;
  return asked && <Dialog key={asked.title} asked={asked} />;
}

function Dialog({ asked }: { asked: Question }): VNode {
  const element = useRef<HTMLDialogElement>(null);
  const first = Object.fromEntries(asked.fields.map(({ name, value = '' }) => [name, value]));
  const [said, setSaid] = useState<Readonly<Record<string, string>>>(first);
  const [shown, setShown] = useState({ problem: '', answer: '' });
  const [isSending, setSending] = useState(false);
  useEffect(() => element.current?.showModal(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setSending(true);
    try {
      if (said.who) notePerson(said.who.trim());
      const answer = await asked.send(said);
      if (answer === undefined) return element.current?.close();
      setShown({ problem: '', answer });
    } catch (error) {
      setShown({ problem: failureText(error), answer: '' });
    }
    setSending(false);
  };
  const close = () => {
    question.value = null;
  };
  return (
    <dialog class="card close-dialog" aria-label={asked.title} ref={element} onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <h2>{asked.title}</h2>
        <p class="muted">{asked.about}</p>
        {shown.answer === '' &&
          asked.fields.map((field) => (
            <Field
              key={field.name}
              field={field}
              value={said[field.name] ?? ''}
              onInput={(value) => setSaid((before) => ({ ...before, [field.name]: value }))}
            />
          ))}
        <Failure text={shown.problem} />
        {shown.answer !== '' && (
          <p class="answer" role="status">
            {shown.answer}
          </p>
        )}
        <p class="close-buttons">
          {shown.answer === '' && (
            <button class="button button-main" type="submit" disabled={isSending}>
              {asked.verb}
            </button>
          )}
          <button class="button" type="button" onClick={() => element.current?.close()}>
            {shown.answer === '' ? texts().frame.cancel : texts().frame.done}
          </button>
        </p>
      </form>
    </dialog>
  );
}

function Field(props: { field: AskedField; value: string; onInput(value: string): void }): VNode {
  const { field, value, onInput } = props;
  const id = `ask-${field.name}`;
  return (
    <>
      <label for={id}>{field.label}</label>
      {field.choices ? (
        <select id={id} value={value} onChange={({ currentTarget }) => onInput(currentTarget.value)}>
          {field.choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          required={field.isRequired}
          maxLength={500}
          value={value}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      )}
    </>
  );
}
