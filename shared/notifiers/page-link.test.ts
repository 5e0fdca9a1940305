import { describe, expect, it } from 'vitest';
import { conditionEvent } from './condition.testing.ts';
import { cloudEventOf } from './message.ts';
import { pageLink } from './page-link.ts';
import { notificationOf, predictionEvent } from './prediction.testing.ts';

const aboutMachine = notificationOf(predictionEvent('opened', 1));
const link = 'https://harbinger.example/#/machines/leeds/pump-1';

describe('the link of a notification', () => {
  it.each(['https://harbinger.example', 'https://harbinger.example/', 'https://harbinger.example/#/alerts'])(
    'leads to the machine, however the address of the page is written: %s',
    (page) => {
      expect(pageLink(page, aboutMachine)).toMatch(link);
    },
  );

  it('leads to all alerts where it is not about a machine, and is absent without an address', () => {
    expect(pageLink('https://harbinger.example/plant/', notificationOf(conditionEvent('opened', 1)))).toBe(
      'https://harbinger.example/plant/#/alerts',
    );
    expect(pageLink(undefined, aboutMachine)).toBeUndefined();
  });

  it('is an attribute of what webhooks and MQTT receivers get', () => {
    const sent = JSON.parse(cloudEventOf(aboutMachine, 'https://harbinger.example')) as { pageurl: string };
    expect(sent.pageurl).toBe(pageLink('https://harbinger.example', aboutMachine));
    expect(JSON.parse(cloudEventOf(aboutMachine))).not.toHaveProperty('pageurl');
  });
});
