/** What is JSON is told without parsing it, and where the fields of an object stand. */
import t from 'tap';
import { jsonFields } from '../../../src/io/json-fields.ts';
import { isPythonJson } from '../../../src/io/json-syntax.ts';
import { parsePythonJson } from '../../../src/io/python-json.ts';
import { seededDraw } from '../../support/mutated-bytes.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const texts = [
  '[1,-0.5,2e3,-1E-7,0,10,[],{},[[]],"a\\"\\\\\\u00e9\\n/\\/",true,false,null,NaN,-Infinity,Infinity]',
  ' { "a" : 1 , "b":[ { } , "x" ] ,"":{"c":null}} ',
  '"grün"',
  '-0',
];

t.test('what a parser takes is JSON, and nothing else', (t) => {
  const draw = seededDraw(7);
  const letters = '[]{}:,"\\ 0123.-+eEuntfalsNIy\n\u0001';
  let [good, bad] = [0, 0];
  for (let i = 0; i < 6000; i++) {
    let text = texts[i % texts.length] as string;
    for (let change = draw(3); change > 0; change--) {
      const at = draw(text.length + 1);
      text = text.slice(0, at) + (letters[draw(letters.length)] as string).repeat(draw(2)) + text.slice(at + draw(3));
    }
    // The parser takes 2Infinity as well, which Python does not.
    if (/[\d.]Infinity|Infinity\d/.test(text)) continue;
    let isJson = true;
    try {
      parsePythonJson(text);
    } catch {
      isJson = false;
    }
    if (isJson) good++;
    else bad++;
    if (isPythonJson(encode(text)) !== isJson) t.fail(`${JSON.stringify(text)} is ${isJson ? '' : 'no '}JSON`);
  }
  t.ok(good > 1000 && bad > 1000, `${good} good, ${bad} bad`);
  t.end();
});

t.test('the fields of an object, with their JSON', (t) => {
  const text = '\t{ "a" : [1,{"b":"]},"}] ,"q\\"":"\\\\","a":2 , "\\u0062":{}}';
  t.strictSame(
    [...jsonFields(encode(text))].map(([name, json]) => [name, JSON.parse(decode(json))]),
    [
      ['a', [1, { b: ']},' }]],
      ['q"', '\\'],
      ['a', 2],
      ['b', {}],
    ],
  );
  t.strictSame([...jsonFields(encode('{}'))], []);
  t.end();
});
