// Graphviz in WASM: reads one graph a line as JSON, answers each with one line: how long dot took and where it put everything.
import { createInterface } from 'node:readline';
import { instance } from '@viz-js/viz';

const viz = await instance();
const inches = pixels => (pixels / 72).toFixed(4);

for await (const line of createInterface({ input: process.stdin })) {
  const { count, edges, width, height, column, row } = JSON.parse(line);
  const text = `digraph { rankdir=LR; nodesep=${inches(row)}; ranksep=${inches(column)}; node [shape=box, fixedsize=true, label="", width=${inches(width)}, height=${inches(height)}];\n`
    + Array.from({ length: count }, (_, node) => `n${node};`).join('\n') + '\n'
    + edges.map(([from, to]) => `n${from} -> n${to};`).join('\n') + '\n}';
  const began = performance.now();
  const { status, output, errors } = viz.render(text, { format: 'plain' });
  const ms = performance.now() - began;
  if (status !== 'success') {
    console.log(JSON.stringify({ error: errors.map(error => error.message).join('; ') }));
    continue;
  }

  let size = [0, 0];
  const splines = [];
  for (const words of output.split('\n').map(each => each.split(' '))) {
    if (words[0] === 'graph') {
      size = [words[2] * 72, words[3] * 72];
    } else if (words[0] === 'edge') {
      const points = Number(words[3]);
      splines.push([Number(words[1].slice(1)), Number(words[2].slice(1)), words.slice(4, 4 + points * 2).map(number => number * 72)]);
    }
  }

  console.log(JSON.stringify({ ms, width: size[0], height: size[1], splines }));
}
