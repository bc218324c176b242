// Keeps a copy of where every job of a source stands. No package: the hub speaks JSON over a plain WebSocket.
// Node 22 and browsers have WebSocket; Node 20 needs --experimental-websocket.   node live-board.mjs http://127.0.0.1:7080 KEY [SOURCE]
const [dashboard, key, source] = process.argv.slice(2);
const end = "\u001e"; // every message of the hub ends with this character
const jobs = new Map();
let instance = null, sequence = null;

function apply(message) {
  if (message.kind === "difference" && message.from !== sequence) return false;
  if (message.kind !== "difference") jobs.clear();
  for (const name of message.removed) jobs.delete(name);
  for (const job of message.jobs) jobs.set(job.app_name, job);
  ({ instance, sequence } = message);
  console.log(JSON.stringify({ state: message.source.state, sequence, jobs: [...jobs.values()].map(job => [job.app_name, job.state]) }));
  return true;
}

function watch() {
  const url = new URL("/hubs/live", dashboard);
  url.protocol = url.protocol.replace("http", "ws");
  url.searchParams.set("access_token", key); // a WebSocket cannot send headers; the dashboard never logs it
  const socket = new WebSocket(url);
  const send = message => socket.send(JSON.stringify(message) + end);
  let pings, rest = "";
  socket.onopen = () => {
    send({ protocol: "json", version: 1 });
    send({ type: 4, invocationId: "1", target: "Watch", arguments: [{ source, instance, sequence }] });
    pings = setInterval(() => send({ type: 6 }), 10_000); // silence for 30 s means we are gone
  };
  socket.onmessage = ({ data }) => {
    const parts = (rest + data).split(end);
    rest = parts.pop(); // a long message may come in pieces
    for (const part of parts) {
      const { type, item, error } = JSON.parse(part);
      if (type === 2 && !apply(item)) send({ type: 1, target: "Resync", arguments: [] });
      if (error) console.error(error);
    }
  };
  socket.onclose = () => { clearInterval(pings); setTimeout(watch, 2_000); };
}

watch();
