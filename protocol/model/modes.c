/* SPDX-License-Identifier: Apache-2.0 */
#include "model/modes.h"

#define LANE_FOURS (SG_MODES_LANES / SG_MODES_WIDTH)
#define ALL(x) ((sg_modes_four){ (x), (x), (x), (x) })

/*
 * Mode k of the grid, rate s_0 * 3^(k/2), is in four [2 step + lane four] with k = 32 lane four + 16 half + 2 step + (0 or
 * 1), half being the first or second two of the four: a lane triples its rate at each step, and the next two lanes go on
 * where the last step ends. So lanes are worked on side by side, and a short chain of products leads from a lane's first
 * rate to its last.
 */
static const sg_modes_four lane_begins[LANE_FOURS] = {
	{ 1.0, 1.7320508075688772935, 6561.0, 11363.985348459403923 },
	{ 43046721.0, 74559107.871242149138, 282429536481.0, 489182306743.21974049 },
};

static const sg_modes_four weights[2][SG_MODES_FOURS] = {
	{ /* thick: 3^(-k/4) */
		{ 1.0, 0.75983568565159255, 0.012345679012345679, 0.0093806874771801549 },
		{ 0.00015241579027587258, 0.00011581095650839697, 1.8816764231589207e-6, 1.4297648951653947e-6 },
		{ 0.57735026918962576, 0.43869133765083082, 0.0071277811011064909, 0.0054159424401337138 },
		{ 8.7997297544524579e-5, 6.6863486915231035e-5, 1.0863863894385751e-6, 8.2547514710161772e-7 },
		{ 0.33333333333333333, 0.25327856188386418, 0.0041152263374485597, 0.0031268958257267183 },
		{ 5.080526342529086e-5, 3.8603652169465658e-5, 6.2722547438630692e-7, 4.7658829838846491e-7 },
		{ 0.19245008972987525, 0.14623044588361027, 0.0023759270337021636, 0.0018053141467112379 },
		{ 2.9332432514841526e-5, 2.2287828971743678e-5, 3.6212879647952502e-7, 2.7515838236720591e-7 },
		{ 0.11111111111111111, 0.084426187294621394, 0.0013717421124828532, 0.0010422986085755728 },
		{ 1.6935087808430287e-5, 1.2867884056488553e-5, 2.0907515812876897e-7, 1.588627661294883e-7 },
		{ 0.064150029909958418, 0.048743481961203424, 0.00079197567790072121, 0.00060177138223707931 },
		{ 9.7774775049471755e-6, 7.4292763239145594e-6, 1.2070959882650834e-7, 9.1719460789068635e-8 },
		{ 0.037037037037037037, 0.028142062431540465, 0.00045724737082761774, 0.00034743286952519092 },
		{ 5.6450292694767622e-6, 4.2892946854961842e-6, 6.9691719376256324e-8, 5.2954255376496102e-8 },
		{ 0.021383343303319473, 0.016247827320401141, 0.00026399189263357374, 0.0002005904607456931 },
		{ 3.2591591683157252e-6, 2.4764254413048531e-6, 4.0236532942169446e-8, 3.0573153596356212e-8 },
		{ 0.0, 0.0, 0.0, 0.0 },
	},
	{ /* finite: the same times the fit's correction at the slow end; then 4, 16, 25 and 36 */
		{ 3.6409492341898192, 5.253578504999253e-5, 0.012345679012345679, 0.0093806874771801549 },
		{ 0.00015241579027587258, 0.00011581095650839697, 1.8816764231589207e-6, 1.4297648951653947e-6 },
		{ -0.00041905595370821444, -0.0013459384547142188, 0.0071277811011064909, 0.0054159424401337138 },
		{ 8.7997297544524579e-5, 6.6863486915231035e-5, 1.0863863894385751e-6, 8.2547514710161772e-7 },
		{ 0.40670598569700448, -0.15080562925396429, 0.0041152263374485597, 0.0031268958257267183 },
		{ 5.080526342529086e-5, 3.8603652169465658e-5, 6.2722547438630692e-7, 4.7658829838846491e-7 },
		{ 0.22886542327406825, 0.14647202290901131, 0.0023759270337021636, 0.0018053141467112379 },
		{ 2.9332432514841526e-5, 2.2287828971743678e-5, 3.6212879647952502e-7, 2.7515838236720591e-7 },
		{ 0.11111810273806923, 0.084422795433803619, 0.0013717421124828532, 0.0010422986085755728 },
		{ 1.6935087808430287e-5, 1.2867884056488553e-5, 2.0907515812876897e-7, 1.588627661294883e-7 },
		{ 0.064151243204011746, 0.048743082386929356, 0.00079197567790072121, 0.00060177138223707931 },
		{ 9.7774775049471755e-6, 7.4292763239145594e-6, 1.2070959882650834e-7, 9.1719460789068635e-8 },
		{ 0.0370371418172982, 0.028142046859241376, 0.00045724737082761774, 0.00034743286952519092 },
		{ 5.6450292694767622e-6, 4.2892946854961842e-6, 6.9691719376256324e-8, 5.2954255376496102e-8 },
		{ 0.021383343303319473, 0.016247827320401141, 0.00026399189263357374, 0.0002005904607456931 },
		{ 3.2591591683157252e-6, 2.4764254413048531e-6, 4.0236532942169446e-8, 3.0573153596356212e-8 },
		{ 0.91141233929160451, 0.39440156592648761, -0.047182189704175064, -0.0026230628807113209 },
	},
};

const sg_modes_four *sg_modes_weights(bool finite)
{
	return weights[finite];
}

/* Beyond this nothing is left: exp(-32) = 1.3e-14. */
#define ALL_GONE 32.0
#define HALVINGS 8

/*
 * 1 - exp(-x), x >= 0, in all lanes: Taylor's series at y = x / 256 <= 1/8 (the first term left out is 1.2e-11 of the
 * whole), and eight times "twice as long": m becomes m (2 - m), which keeps the relative error.
 */
static inline __attribute__((always_inline)) void forget_first(double turns, sg_modes_four m[LANE_FOURS])
{
	static const double series[] = { -1.0 / 720.0, 1.0 / 120.0, -1.0 / 24.0, 1.0 / 6.0, -1.0 / 2.0, 1.0 };
	sg_modes_four y[LANE_FOURS];

	for (int i = 0; i < LANE_FOURS; i++) {
		y[i] = ALL(turns) * lane_begins[i];
		for (int k = 0; k < SG_MODES_WIDTH; k++)
			y[i][k] = y[i][k] < ALL_GONE ? y[i][k] : ALL_GONE;
		y[i] *= ALL(1.0 / (1 << HALVINGS));
		m[i] = ALL(1.0 / 5040.0);
	}
	for (unsigned n = 0; n < sizeof(series) / sizeof(series[0]); n++)
		for (int i = 0; i < LANE_FOURS; i++)
			m[i] = m[i] * y[i] + ALL(series[n]);
	for (int i = 0; i < LANE_FOURS; i++)
		m[i] *= y[i];
	for (int n = 0; n < HALVINGS; n++)
		for (int i = 0; i < LANE_FOURS; i++)
			m[i] *= ALL(2.0) - m[i];
}

/* Rates 4, 16, 25 and 36, from 1 and 9: what is left is multiplied where rates are added. */
static void forget_extra(sg_modes_four *gone)
{
	const double one = gone[0][0];
	const double nine = gone[2 * LANE_FOURS][0];
	const double two = one * (2.0 - one);
	const double four = two * (2.0 - two);
	const double eight = four * (2.0 - four);
	const double sixteen = eight * (2.0 - eight);
	const double eighteen = nine * (2.0 - nine);

	gone[SG_MODES_GRID_FOURS] =
		(sg_modes_four){ four, sixteen, sixteen + nine * (1.0 - sixteen), eighteen * (2.0 - eighteen) };
}

SG_MODES_FOR_EACH_WIDTH int sg_modes_forget(double turns, bool finite, sg_modes_four gone[SG_MODES_FOURS])
{
	sg_modes_four m[LANE_FOURS];

	forget_first(turns, m);
	for (int step = 0; step < SG_MODES_STEPS; step++) {
		for (int i = 0; i < LANE_FOURS; i++) {
			gone[step * LANE_FOURS + i] = m[i];
			m[i] *= ALL(3.0) + m[i] * (m[i] - ALL(3.0));
		}
	}
	if (!finite)
		return SG_MODES_GRID_FOURS;
	forget_extra(gone);
	return SG_MODES_FOURS;
}
