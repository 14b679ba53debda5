// Optional. Scrolls each framed page to the sponsor's box, a part of the page left above it.
// A fragment in the address would scroll the page around the frame as well.
const ABOVE = 160; // pixels
const show = (frame) => {
  const box = frame.contentDocument?.getElementById("the-box");
  if (box) frame.contentWindow.scrollTo(0, box.getBoundingClientRect().top + frame.contentWindow.scrollY - ABOVE);
};

document.querySelectorAll(".review iframe").forEach((frame) => {
  frame.addEventListener("load", () => show(frame));
  show(frame);
});
