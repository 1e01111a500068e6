import { generateRudderstackDoc } from '../../scripts/generate-rudderstack-doc';
import { readDocument, tableRows } from './document';

const text = readDocument('rudderstack.md');

describe('the examples of docs/rudderstack.md', () => {
  test('there is one for every route', () => {
    const routes = tableRows(text, 'route').flatMap(([route]) => {
      const [, method, target] = /^`(GET|POST) (\S+)`$/.exec(route!) ?? [];
      return target === undefined ? [] : [{ method, target }];
    });
    expect(routes.length).toBeGreaterThan(6);
    for (const { method, target } of routes) {
      const call = new RegExp(`^curl -si http://127\\.0\\.0\\.1:9090${target}(?= |$)(.*)`, 'm').exec(text);
      expect({
        target,
        method: / -d '/.test(call?.[1] ?? '') ? 'POST' : 'GET',
        shown: call !== null,
      }).toEqual({
        target,
        method,
        shown: true,
      });
    }
  });

  test('get the answers that it shows: run `npm run generate` after changing them', async () => {
    expect(await generateRudderstackDoc(text)).toBe(text);
  });

  test('a call without its answer, or with another one, is seen', async () => {
    const health = '```sh\ncurl -si http://127.0.0.1:9090/health\n```\n';
    const answer = '```http\nHTTP/1.1 200 OK\napiVersion: 2\n\n{"service":"UP","version":"0.1.0"}\n```\n';
    expect(await generateRudderstackDoc(`a\n${health}b`)).toBe(`a\n${health}${answer}b`);
    expect(await generateRudderstackDoc(health + answer.replace('UP', 'DOWN'))).toBe(health + answer);
  });
});
