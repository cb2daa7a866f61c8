// Chat windows: stand at the newest line, and look for new ones every few seconds while nobody scrolls back.
"use strict";
const chat = document.getElementById("chat");
if (chat) {
  chat.scrollTop = chat.scrollHeight;
  const look = async () => {
    if (document.hidden || chat.scrollTop + chat.clientHeight < chat.scrollHeight - 40) return;
    try {
      const answer = await fetch(location.pathname, {credentials: "same-origin"});
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("chat");
      if (fresh && fresh.innerHTML !== chat.innerHTML) {
        chat.replaceChildren(...fresh.childNodes);
        chat.scrollTop = chat.scrollHeight;
      }
    } catch { /* the sandbox is away for a moment: the next look finds it again */ }
  };
  setInterval(look, 2500);
}
