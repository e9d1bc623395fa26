/* A Stop that comes before the service has said which run it stops.

   A run has a name only when the request that starts it is answered. Stopped before that, Gradio's page asks for the end
   of a run without a name: the service refuses (422), the page says "stopped", and the run goes on, unseen and paid for.
   So such a request waits here for the name. A run that was never begun needs no end. */
() => {
  "use strict";
  const send = window.fetch;
  const names = new Map(); // handler -> the name of its newest run, once the service has answered
  const asks = (target, what) => typeof target === "string" && new URL(target, location.href).pathname.endsWith(what);
  const nameOf = async (answer) => {
    try {
      return (await (await answer).clone().json()).event_id;
    } catch {
      return undefined; // refused, or unreachable: Gradio's page says so
    }
  };
  const nothingToDo = () => Response.json({ success: true });

  window.fetch = async (target, options) => {
    if (asks(target, "/queue/join")) {
      const answer = send(target, options);
      names.set(JSON.parse(options.body).fn_index, nameOf(answer));
      return answer;
    }
    if (!asks(target, "/cancel") && !asks(target, "/reset")) return send(target, options);
    const body = JSON.parse(options.body);
    if (body.event_id) return send(target, options);
    const event_id = asks(target, "/cancel") && (await names.get(body.fn_index));
    return event_id ? send(target, { ...options, body: JSON.stringify({ ...body, event_id }) }) : nothingToDo();
  };
}
