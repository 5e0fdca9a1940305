import { api } from '../../api.ts';
import { type Child, fill, h } from '../../dom.ts';
import type { Alert } from '../../wire.ts';
import { failure } from '../empty.ts';
import { lastPerson, notePerson } from './person.ts';
import { type Question, questionsOf, shelfHours, workProblem, workRequest } from './work-model.ts';

/** A button for each thing that can be done about an alert. */
export function workButtons(alert: Alert): HTMLElement[] {
  return questionsOf(alert).map((question) =>
    h(
      'button',
      {
        class: 'button alert-work',
        type: 'button',
        'data-deed': question.asked,
        on: { click: () => openDialog(alert, question) },
      },
      question.button,
    ),
  );
}

/** Its own element of the page: cards are drawn anew while somebody writes. */
function openDialog(alert: Alert, question: Question): void {
  const field = (id: string, isRequired: boolean, lengthMax: number) =>
    h('input', { id, required: isRequired, maxlength: lengthMax, autocomplete: 'off' });
  const by = h('input', { id: 'work-by', required: true, maxlength: 64, autocomplete: 'name' });
  const to = field('work-to', true, 64);
  const note = field('work-note', question.note === 'must', 500);
  const hours = h('select', { id: 'work-hours' });
  for (const each of shelfHours)
    hours.append(h('option', { value: String(each) }, each < 48 ? `${each} h` : `${each / 24} days`));
  hours.value = '8';
  const problem = h('div');
  const send = h('button', { class: 'button button-main' }, question.title);
  const dialog = h('dialog', { class: 'card close-dialog', 'aria-label': question.title });
  const submit = async (event: Event) => {
    event.preventDefault();
    const said = { by: by.value, note: note.value, to: to.value, hours: Number(hours.value) };
    const request = workRequest(alert, question, said, Date.now());
    if (!request) return fill(problem, failure('Fill in what is missing.'));
    send.disabled = true;
    try {
      await api.workOnAlert(request);
      notePerson(request.by);
      dialog.close();
    } catch (error) {
      fill(problem, failure(workProblem(error)));
      send.disabled = false;
    }
  };
  by.value = lastPerson();
  const labelled = (text: string, control: HTMLElement): Child[] => [
    h('label', { for: control.id }, text),
    control,
  ];
  dialog.append(
    h(
      'form',
      { on: { submit: (event) => void submit(event) } },
      h('h2', {}, question.title),
      h('p', { class: 'muted' }, question.about),
      ...labelled('Your name', by),
      ...(question.asksWho ? labelled('Who looks after it', to) : []),
      ...(question.asksHours ? labelled('For', hours) : []),
      ...labelled(question.note === 'must' ? 'Note' : 'Note (may be empty)', note),
      problem,
      h(
        'p',
        { class: 'close-buttons' },
        send,
        h('button', { class: 'button', type: 'button', on: { click: () => dialog.close() } }, 'Cancel'),
      ),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
