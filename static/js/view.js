// A view: half the box (30 % of a large one) in sight for an unbroken second.
for (const box of document.querySelectorAll("[data-v]")) {
  let seen, timer;
  const send = () => {
    if (box.checkVisibility?.({ checkOpacity: 1, checkVisibilityCSS: 1 }) === false) return;
    seen = eye.disconnect();
    fetch("/x/v", { method: "POST", body: box.dataset.v, keepalive: true, credentials: "omit" });
  };
  const look = () => {
    if (Date.now() > box.dataset.x * 1e3) box.remove();
    else if (!seen || document.hidden || navigator.webdriver) timer = clearTimeout(timer);
    else timer ||= setTimeout(send, 1e3);
  };
  const eye = new IntersectionObserver((all) => all.map((now) => {
    const { width, height } = now.boundingClientRect, area = width * height;
    seen = area && now.intersectionRatio >= (area > 242500 ? .3 : .5);
    look();
  }), { threshold: [.3, .5] });
  eye.observe(box);
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", look);
}
